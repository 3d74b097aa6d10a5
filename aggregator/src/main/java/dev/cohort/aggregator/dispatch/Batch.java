package dev.cohort.aggregator.dispatch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.ForwardRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * Consecutive rows of one job that travel together, packed as the student protocol wants them.
 * Owned by the dispatch thread.
 */
final class Batch {
  private final Job job;
  private final int firstRow;
  private final int rows;
  private final int tokens;
  private final int longest;
  private final ByteString inputIds;
  private final ByteString tokenTypeIds;
  private final ByteString rowLengths;
  private final BitSet unsent = new BitSet();
  private int refusals;

  Batch(Job job, int firstRow, List<TokenRow> rows) {
    this.job = job;
    this.firstRow = firstRow;
    this.rows = rows.size();
    this.tokens = rows.stream().mapToInt(TokenRow::length).sum();
    this.longest = rows.stream().mapToInt(TokenRow::length).max().orElseThrow();
    this.inputIds = packed(rows, tokens, TokenRow::ids);
    this.tokenTypeIds =
        rows.stream().allMatch(row -> Arrays.stream(row.types()).allMatch(type -> type == 0))
            ? ByteString.EMPTY
            : packed(rows, tokens, TokenRow::types);
    this.rowLengths = packed(rows, rows.size(), row -> new int[] {row.length()});
    unsent.set(0, job.model().studentsTotal());
  }

  Job job() {
    return job;
  }

  int firstRow() {
    return firstRow;
  }

  int rows() {
    return rows;
  }

  int tokens() {
    return tokens;
  }

  int longest() {
    return longest;
  }

  /** Students that no seat has been asked for yet. */
  BitSet unsent() {
    return unsent;
  }

  /** How often seats refused a part of this batch without running it, this time included. */
  int refused(BitSet students) {
    unsent.or(students);
    return ++refusals;
  }

  /** The message for students {@code first}..{@code end}-1. */
  ForwardRequest message(long batchId, int first, int end, long remainingMicros) {
    return ForwardRequest.newBuilder()
        .setBatchId(batchId)
        .setPackageDigest(job.model().digest())
        .setFirstStudent(first)
        .setEndStudent(end)
        .setInputIds(inputIds)
        .setTokenTypeIds(tokenTypeIds)
        .setRowLengths(rowLengths)
        .setRemainingMicros(remainingMicros)
        .build();
  }

  private static ByteString packed(
      List<TokenRow> rows, int count, Function<TokenRow, int[]> numbers) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    rows.forEach(
        row -> {
          for (int number : numbers.apply(row)) {
            buffer.putInt(number);
          }
        });
    return UnsafeByteOperations.unsafeWrap(buffer.flip());
  }
}
