/**
 * Reads and writes safetensors files.
 *
 * <p>Such a file holds named arrays behind a JSON header and no code. Nothing in the header is used
 * before it was checked against the size of the file.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">The format</a>
 */
package io.rankstream.model.safetensors;
