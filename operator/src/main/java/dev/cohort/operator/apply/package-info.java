/** Brings objects of Kubernetes to what is wanted, and writes only what differs. */
package dev.cohort.operator.apply;
