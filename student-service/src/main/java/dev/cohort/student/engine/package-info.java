/** The engine of a seat: students of a verified package on ONNX Runtime through DJL. */
package dev.cohort.student.engine;
