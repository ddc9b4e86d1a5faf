"""Ends an example with one sentence in place of a traceback."""
import contextlib
import os
import sys

try:
    import avro.schema  # noqa: F401, so that what is missing is told here
    from confluent_kafka import KafkaError, KafkaException
except ModuleNotFoundError as missing:
    raise SystemExit("error: the package %s is missing: pip install -r examples/python/requirements.txt" % missing.name)


@contextlib.contextmanager
def told(servers):
    """What goes wrong inside is told in one line, and the program ends with 1."""
    try:
        yield
    except KafkaException as e:
        raise SystemExit("error: Kafka at %s does not do what is asked (%s): start it, or correct the address"
                         % (servers, e.args[0].str()))
    except BrokenPipeError:  # who read the output has enough, such as head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as e:
        raise SystemExit("error: %s: %s" % (e.filename or "the system says", e.strerror or e))
    except ValueError as e:
        raise SystemExit("error: %s" % e)
    except KeyboardInterrupt:
        pass


def quiet(settings):
    """Settings of a client that tells in one line that no broker answers, not each attempt."""
    def tell(error):
        if error.code() == KafkaError._ALL_BROKERS_DOWN:
            print("no broker of %s answers: still trying" % settings["bootstrap.servers"], file=sys.stderr)

    return {**settings, "log_level": 2, "error_cb": tell}
