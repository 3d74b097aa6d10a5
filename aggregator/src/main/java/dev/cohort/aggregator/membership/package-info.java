/** Where seats are found: a fixed list, DNS, and the endpoints of Kubernetes Services. */
package dev.cohort.aggregator.membership;
