/**
 * Who may talk to a service and how it is encrypted: TLS from PEM files, bearer tokens from a file
 * of hashes, both read again when the files change, and the rules when either may be off.
 */
package dev.cohort.security;
