package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.MicroBatch;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.OutputTag;

/** An output that tells when a batch is handed on, inside the call that does it. */
record ObservedOutput(Output<StreamRecord<MicroBatch>> output, Runnable handedOn)
    implements Output<StreamRecord<MicroBatch>> {

  @Override
  public void collect(StreamRecord<MicroBatch> batch) {
    output.collect(batch);
    handedOn.run();
  }

  @Override
  public <X> void collect(OutputTag<X> tag, StreamRecord<X> record) {
    output.collect(tag, record);
  }

  @Override
  public void emitWatermark(Watermark mark) {
    output.emitWatermark(mark);
  }

  @Override
  public void emitWatermark(WatermarkEvent mark) {
    output.emitWatermark(mark);
  }

  @Override
  public void emitWatermarkStatus(WatermarkStatus status) {
    output.emitWatermarkStatus(status);
  }

  @Override
  public void emitLatencyMarker(LatencyMarker marker) {
    output.emitLatencyMarker(marker);
  }

  @Override
  public void emitRecordAttributes(RecordAttributes attributes) {
    output.emitRecordAttributes(attributes);
  }

  @Override
  public void close() {
    output.close();
  }
}
