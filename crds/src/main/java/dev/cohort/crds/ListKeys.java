package dev.cohort.crds;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A list whose elements are told apart by some of their properties, so that several writers can own
 * different elements. Without properties it is a set of plain values. A list without this
 * annotation is replaced as a whole.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
@interface ListKeys {
  /** Names of the properties; together they are unique in the list. */
  String[] value();
}
