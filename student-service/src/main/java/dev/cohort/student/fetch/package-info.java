/** Getting a package over HTTPS before a seat starts. */
package dev.cohort.student.fetch;
