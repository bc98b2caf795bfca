"""The integrated treatment plan in clinicians' words: frozen values and pure rules, standard library only."""
