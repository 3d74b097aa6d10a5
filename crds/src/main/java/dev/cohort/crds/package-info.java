/**
 * The custom resource {@link dev.cohort.crds.StudentEnsemble} and everything in it, as Java types
 * from which its definition is generated.
 *
 * <p>All types but the resource itself are immutable records. A field with a default has it in Java
 * too, filled in by the constructor, so that resources made in code and resources read from an API
 * server are equal. An optional field without a default is null where the resource leaves it out;
 * lists and maps are never null. Properties that the types do not know are ignored when read.
 */
package dev.cohort.crds;
