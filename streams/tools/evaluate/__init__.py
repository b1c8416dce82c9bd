"""`segpulse backtest --evaluate`: how many false alarms rules raise, and how long they take to find what is there."""
