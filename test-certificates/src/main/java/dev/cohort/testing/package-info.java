/** What tests of several modules use. Never part of a program. */
package dev.cohort.testing;
