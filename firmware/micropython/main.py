"""MicroPython starts this file when the board gets power."""

import sys
import time

import machine

try:
    import run

    run.main()
except KeyboardInterrupt:
    print("stopped: press reset to start again")
except Exception as error:
    sys.print_exception(error)
    print("restarting in 5 seconds")
    time.sleep(5)
    machine.reset()
