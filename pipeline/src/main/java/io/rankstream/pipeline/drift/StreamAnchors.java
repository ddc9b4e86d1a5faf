package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.event.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The anchors of one stream: the set, and the state that holds them. Used only while the stream is
 * the current key.
 */
final class StreamAnchors {

  private final StreamKey key;
  private final AnchorSet set;
  private final AnchorState state;

  private StreamAnchors(StreamKey key, AnchorSet set, AnchorState state) {
    this.key = key;
    this.set = set;
    this.state = state;
  }

  /**
   * Reads the anchors of the current stream from the state. Anchors that do not fit the job any
   * more leave it: more than there are places for, or of another size than the input of the model.
   *
   * @param key the current key
   * @param capacity places
   * @param seed seed of the job
   * @param pixels size of an image in bytes
   */
  static StreamAnchors open(StreamKey key, int capacity, long seed, int pixels, AnchorState state)
      throws Exception {
    AnchorSet set = new AnchorSet(capacity, seed);
    StreamAnchors anchors = new StreamAnchors(key, set, state);
    List<String> unfit = new ArrayList<>();
    for (Map.Entry<String, Anchor> each : state.anchors()) {
      Anchor anchor = each.getValue();
      if (anchor.pixels().length != pixels) {
        unfit.add(each.getKey());
      } else {
        AnchorSet.Outcome outcome = set.offer(each.getKey(), anchor.label());
        outcome.left().ifPresent(unfit::add);
        if (!outcome.taken()) {
          unfit.add(each.getKey());
        }
      }
    }
    for (String imageId : unfit) {
      state.remove(imageId);
    }
    state.versions(state.versions()); // so that the stream is found again after a restart
    return anchors;
  }

  StreamKey key() {
    return key;
  }

  int size() {
    return set.size();
  }

  int classes() {
    return set.classes();
  }

  /** Takes in what happened to an image. */
  void add(AnchorInput input) throws Exception {
    String imageId = input.imageId();
    if (set.contains(imageId)) {
      Anchor anchor = state.anchor(imageId);
      boolean isSame =
          input.kind() != AnchorInput.Kind.FORGET
              && anchor.digest() == input.digest()
              && anchor.label().equals(input.label());
      if (isSame) {
        return;
      }
      set.remove(imageId);
      state.remove(imageId);
    }
    if (input.kind() == AnchorInput.Kind.OFFER) {
      AnchorSet.Outcome outcome = set.offer(imageId, input.label());
      if (outcome.left().isPresent()) {
        state.remove(outcome.left().get());
      }
      if (outcome.taken()) {
        state.add(imageId, new Anchor(input.label(), input.digest(), input.pixels()));
      }
    }
  }

  /** All anchors, with what the versions before made of them. */
  List<AnchorImage> images() throws Exception {
    List<AnchorImage> images = new ArrayList<>(set.size());
    for (String imageId : set.ids()) {
      images.add(new AnchorImage(imageId, state.anchor(imageId), state.embeddings(imageId)));
    }
    return images;
  }

  MeasuredVersions versions() throws Exception {
    return state.versions();
  }

  /**
   * Takes over a measurement. An anchor that changed meanwhile, or left, has no part in it.
   *
   * @param newBase whether drift counts from the measured version from now on
   */
  void measured(MeasuredVersion version, List<AnchorImage> images, boolean newBase)
      throws Exception {
    state.versions(state.versions().then(version, newBase));
    for (AnchorImage each : images) {
      boolean isSame =
          set.contains(each.imageId())
              && state.anchor(each.imageId()).digest() == each.anchor().digest();
      if (isSame) {
        state.embeddings(each.imageId(), each.embeddings());
      }
    }
  }
}
