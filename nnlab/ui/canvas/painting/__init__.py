"""What several painters share: colours and fonts, text, matrices."""
