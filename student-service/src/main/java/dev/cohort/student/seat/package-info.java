/**
 * One seat: a gRPC server that takes batches, a bounded queue, and lanes that run them.
 *
 * <p>Threads: gRPC's event loops validate and queue batches and never block; each lane is one
 * thread and runs one batch at a time; replies are sent from the lanes.
 */
package dev.cohort.student.seat;
