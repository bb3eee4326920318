/// What went wrong.
public enum PostgresFault: Error {}
