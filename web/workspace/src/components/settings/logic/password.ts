/**
 * How hard a password is to guess, in steps that can be said in words. The server has the last word;
 * this only tells while one types. The measure is length and variety, minus what is in it that the
 * guesser knows already (the person's own name and address, runs, repetitions, the usual words).
 */

export type Strength = 0 | 1 | 2 | 3 | 4;
export const SHORTEST = 8;

const USUAL = ["password", "пароль", "qwerty", "йцукен", "admin", "админ", "welcome", "letmein", "openlines", "123456"];

export function strengthOf(password: string, known: readonly string[] = []): Strength {
  if (password.length < SHORTEST) return password ? 1 : 0;
  const bits = reduced(password, known).length * Math.log2(alphabetOf(password));
  if (bits < 45) return 1;
  if (bits < 60) return 2;
  return bits < 80 ? 3 : 4;
}

/** The password without what costs a guesser nothing. */
function reduced(password: string, known: readonly string[]): string {
  let rest = password.toLowerCase();
  const cheap = [...USUAL, ...known.flatMap((word) => word.toLowerCase().split(/[\s@.]+/))].filter(
    (word) => word.length > 2,
  );
  for (const word of cheap) rest = rest.split(word).join("*");
  let out = "";
  for (const char of rest) {
    const step = out ? char.charCodeAt(0) - out.charCodeAt(out.length - 1) : 2;
    if (Math.abs(step) > 1) out += char;
    else if (out.length % 2 === 0) out += char;
  }
  return out;
}

function alphabetOf(password: string): number {
  let size = 0;
  if (/[a-z]/.test(password)) size += 26;
  if (/[A-Z]/.test(password)) size += 26;
  if (/[0-9]/.test(password)) size += 10;
  if (/[а-яё]/.test(password)) size += 33;
  if (/[А-ЯЁ]/.test(password)) size += 33;
  if (/[^a-zA-Z0-9а-яА-ЯёЁ]/.test(password)) size += 20;
  return Math.max(size, 2);
}

/** Without the letters and digits that are mistaken for each other when read aloud or from a screen. */
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A password to hand to a colleague: four groups of four, 92 bits. */
export function newPassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const groups: string[] = [];
  while (groups.length < 4) {
    let group = "";
    while (group.length < 4) {
      const byte = random(new Uint8Array(1))[0] ?? 0;
      // Bytes beyond the last whole multiple would make some letters likelier than others.
      if (byte < 256 - (256 % LETTERS.length)) group += LETTERS.charAt(byte % LETTERS.length);
    }
    groups.push(group);
  }
  return groups.join("-");
}
