import { pieces } from "../text/links";

/** A message's words: text nodes, and links that are safe to follow. */
export function Words({ text }: { text: string }) {
  return (
    <div class="words" dir="auto">
      {pieces(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </div>
  );
}
