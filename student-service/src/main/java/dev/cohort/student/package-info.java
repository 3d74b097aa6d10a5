/** The student service's process. */
package dev.cohort.student;
