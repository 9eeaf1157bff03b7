"""The fault harness: the real processes under load, killed, stopped and starved; then an oracle that counts.

    python -m tests.faults --seed 1 --reports 5000 --kills 200 --minutes 15     (`make faults`)

`stage.py` runs the servers and processes as the Procfile has them, `clients.py` are phones and crews over HTTP,
`injection.py` is what goes wrong and when, `arming.py` the crash points. `history.py` collects what clients were
answered, what the carriers' journal holds and what the tables say; `oracle.py` compares them, and is pure.
"""
