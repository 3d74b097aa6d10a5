package dev.cohort.student.seat;

/**
 * What the cost of batches depends on. Two seats with equal keys have the same costs.
 *
 * @param engine name, version and device
 * @param hardware models of the processor, and of the GPUs where one is used
 * @param maxRows limits of a batch, which bound the grid; and so the next two
 */
record CostKey(
    String packageDigest,
    String engine,
    String precision,
    String hardware,
    int lanes,
    int intraOpThreads,
    int maxRows,
    int maxTokens,
    int maxRowTokens) {}
