"""What the pictures in posts say, in words that the encoder knows (its vocabulary has no emoji)."""

from __future__ import annotations

_BY_WORD = {
    "love": "❤♥💕💖💗💘💙💚💛💜🖤🤍🤎🧡💞💓💝😍🥰😘😻💋😚😙🫶",
    "great": "👍👌💯🔥✨🌟⭐🏆🥇🤩😎🚀👑💎🤘✌",
    "happy": "😀😃😄😁😊🙂☺😇😋🤗🎉🥳🎊😺🌞☀🎈😸",
    "thanks": "🙏🙇",
    "bravo": "👏🙌💪🤝",
    "funny": "😂🤣😹😆😅😝😜😛🤪",
    "wink": "😉😏",
    "bad": "👎💩🗑🚮🤮🤢☠💀⛔🚫❌✖",
    "angry": "😡😠🤬👿😤💢🖕😾",
    "sad": "😢😭😞😔😟🙁☹😥😿💔😩😫😣😖😓😰🥺😪",
    "worried": "😨😱😧😦😬😳🫣",
    "boring": "😒🙄😑😐😴🥱🤦😕🫤",
    "strange": "🤨🤔🤷❓❔🧐",
    "clown": "🤡",
    "broken": "🐛🐞⚠",
}

EMOJI_WORDS = {picture: word for word, pictures in _BY_WORD.items() for picture in pictures}
