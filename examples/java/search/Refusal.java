/** Why a question has no answer, as a code of HTTP and a sentence. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The code: 400, 404 or 503. */
  final int code;

  Refusal(int code, String message, Object... parts) {
    super(message.formatted(parts));
    this.code = code;
  }
}
