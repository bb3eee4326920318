// WaitingRoom
