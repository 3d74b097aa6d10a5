/** What KEDA asks the operator about ensembles that it scales. */
package dev.cohort.operator.scaler;
