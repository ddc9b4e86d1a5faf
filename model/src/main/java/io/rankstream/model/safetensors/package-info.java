/**
 * Reads and writes safetensors files: named arrays behind a JSON header. Nothing in such a file can
 * run, and nothing in its header is believed before it was checked against the size of the file.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">The format</a>
 */
package io.rankstream.model.safetensors;
