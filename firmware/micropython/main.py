"""MicroPython starts this file when the board gets power. Updates over the air leave it alone."""

import sys
import time

import machine
import sets

try:
    __import__(sets.start()).main()
except KeyboardInterrupt:
    sets.rest()
    print("stopped: press reset to start again")
except Exception as error:
    sys.print_exception(error)
    sets.blame(error)
    print("restarting in 5 seconds")
    time.sleep(5)
    machine.reset()
