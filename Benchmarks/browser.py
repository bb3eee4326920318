"""What a browser sends: with what a script of the page asks, and for a page."""

# Host, which the client adds, is the twelfth.
BROWSER = [
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.9,de;q=0.8"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", "https://tickets.example/concert/4711"),
    ("Cookie", "session=6f1d2c0a9b8e4d7f; consent=necessary; theme=dark; seen=1731000000"),
    ("Sec-CH-UA", '"Chromium";v="130", "Not?A_Brand";v="99"'),
    ("Sec-CH-UA-Mobile", "?0"),
    ("Sec-CH-UA-Platform", '"Linux"'),
    ("Sec-Fetch-Dest", "empty"),
    ("Sec-Fetch-Mode", "cors"),
]
BROWSER_PAGE = [(name, {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}.get(name, value)) for name, value in BROWSER]
