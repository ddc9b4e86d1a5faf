package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.ImageFormat;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What programs read is the same in all languages: a TaskManager has that of its machine. */
class LocaleTest {

  private static final Locale TURKISH = Locale.forLanguageTag("tr-TR"); // upper case of i is İ
  private static final Locale ARABIC = Locale.forLanguageTag("ar-EG"); // its digits are others

  private final Locale before = Locale.getDefault();

  @AfterEach
  void goBack() {
    Locale.setDefault(before);
  }

  @ParameterizedTest
  @EnumSource(Backbone.class)
  void namesOfArchitecturesAndParametersAreTheSame(Backbone backbone) {
    InputSpec input = new InputSpec(3, 96, 96, Normalization.IMAGENET);
    Architecture architecture = new Architecture(backbone, input, 64, 100);
    Locale.setDefault(Locale.ROOT);
    String id = architecture.id();
    List<String> names = names(architecture);

    for (Locale locale : List.of(TURKISH, ARABIC)) {
      Locale.setDefault(locale);
      assertThat(architecture.id()).isEqualTo(id);
      assertThat(names(architecture)).isEqualTo(names);
    }
  }

  @Test
  void endingsOfFilesAreTheSame() {
    Locale.setDefault(TURKISH);

    assertThat(ImageFormat.ofFileName("PHOTO.JFIF")).contains(ImageFormat.JPEG);
    assertThat(ImageFormat.ofFileName("a.b.Jpg")).contains(ImageFormat.JPEG);
    assertThat(ImageFormat.ofFileName("a.png")).contains(ImageFormat.PNG);
    assertThat(ImageFormat.ofFileName("jpg.txt")).isEmpty();
    assertThat(ImageFormat.ofFileName("")).isEmpty();
  }

  private static List<String> names(Architecture architecture) {
    return new TwoHeadNetwork(architecture).layout().parameters().stream().map(Slot::name).toList();
  }
}
