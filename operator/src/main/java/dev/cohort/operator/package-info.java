/**
 * The operator: turns StudentEnsembles into objects of Kubernetes, watches what their aggregators
 * say of the load, and keeps both in step.
 */
package dev.cohort.operator;
