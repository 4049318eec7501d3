import static java.nio.charset.StandardCharsets.UTF_8;

import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.confluent.parallelconsumer.PollContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Confluent's Parallel Consumer in key order, as its README sets it up: a call a record, then an outcome. It stores
 * nothing in a database and validates nothing. Started from its source by {@code java ParallelConsumerApp.java}.
 */
final class ParallelConsumerApp {
    private static final Map<String, String> TOLD = System.getenv();

    public static void main(String[] arguments) {
        String servers = TOLD.get("BENCH_SERVERS");
        var consumer = new KafkaConsumer<byte[], byte[]>(
            Map.of(
                "bootstrap.servers", servers,
                "group.id", TOLD.get("BENCH_GROUP"),
                "enable.auto.commit", "false",
                "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
        var producer = new KafkaProducer<byte[], byte[]>(
            Map.of("bootstrap.servers", servers, "acks", "all", "compression.type", "lz4"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
        var options = ParallelConsumerOptions.<byte[], byte[]>builder()
            .ordering(ProcessingOrder.KEY)
            .maxConcurrency(Integer.parseInt(TOLD.get("BENCH_IN_FLIGHT")))
            .consumer(consumer)
            .producer(producer)
            .build();
        var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        processor.subscribe(List.of(TOLD.get("BENCH_COMMANDS")));
        processor.pollAndProduce(ParallelConsumerApp::outcome);
    }

    private static ProducerRecord<byte[], byte[]> outcome(PollContext<byte[], byte[]> context) {
        ConsumerRecord<byte[], byte[]> command = context.getSingleConsumerRecord();
        sleep(Long.parseLong(new String(command.headers().lastHeader(TOLD.get("BENCH_CALL_HEADER")).value(), UTF_8)));
        byte[] id = command.headers().lastHeader("ce_id").value();
        List<Header> headers = List.of(new RecordHeader("ce_causationid", id));
        return new ProducerRecord<>(TOLD.get("BENCH_OUTCOMES"), null, command.key(), command.value(), headers);
    }

    private static void sleep(long microseconds) {
        try {
            TimeUnit.MICROSECONDS.sleep(microseconds);
        } catch (InterruptedException interruption) {
            throw new IllegalStateException("interrupted in a call", interruption);
        }
    }
}
