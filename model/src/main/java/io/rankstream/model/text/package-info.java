/** Makes text from elsewhere safe to show. */
package io.rankstream.model.text;
