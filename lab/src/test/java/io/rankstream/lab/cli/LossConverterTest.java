package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.KebabCase;
import io.rankstream.model.loss.RankingLoss;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine.TypeConversionException;

class LossConverterTest {

  private final LossConverter converter = new LossConverter();

  @ParameterizedTest
  @EnumSource(RankingLoss.class)
  void readsTheNameOfTheSettingAndTheNameInTables(RankingLoss loss) {
    assertThat(converter.convert(KebabCase.of(loss))).isEqualTo(loss);
    assertThat(converter.convert(StepBench.lossName(loss))).isEqualTo(loss);
  }

  @Test
  void readsOlderNames() {
    assertThat(converter.convert("softmax")).isEqualTo(RankingLoss.NONE);
    assertThat(converter.convert("Triplet-SemiHard")).isEqualTo(RankingLoss.TRIPLET_SEMI_HARD);
  }

  @Test
  void listsTheAcceptedNamesForAnyOther() {
    assertThatThrownBy(() -> converter.convert("quadruplet"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(
            "quadruplet (must be one of none, triplet-semi-hard, triplet-hard, triplet-all, center, triplet-center, magnet, supervised-contrastive, multi-similarity)");
  }
}
