package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class Bfloat16ProcessorTest {

  @Test
  void namesTheFastestInstructions() {
    assertThat(Bfloat16Processor.in(Stream.of("model name : any", "flags : sse avx512_bf16 fma")))
        .contains("avx512_bf16");
    assertThat(Bfloat16Processor.in(Stream.of("flags\t\t: avx512_bf16 amx_bf16")))
        .contains("amx_bf16");
    assertThat(Bfloat16Processor.in(Stream.of("Features : fp asimd bf16 i8mm"))).contains("bf16");
  }

  @Test
  void findsNoneInOtherProcessors() {
    assertThat(Bfloat16Processor.in(Stream.of("flags : sse avx512f", "bugs : avx512_bf16")))
        .isEmpty();
    assertThat(Bfloat16Processor.in(Stream.empty())).isEmpty();
  }
}
