import type { Words } from "../words";

interface Props {
  words: Words;
  value: string;
  /** The id of the words that say what is wrong, and whether there are any. */
  wrong: { id: string; said: boolean };
  write(address: string): void;
  field?: { current: HTMLInputElement | null };
}

/** Whether it can be an address at all; the server knows better. */
export function isEmail(address: string): boolean {
  return /^\S+@\S+\.\S+$/.test(address);
}

export function EmailField({ words, value, wrong, write, field }: Props) {
  return (
    <input
      {...(field && { ref: field })}
      type="email"
      autocomplete="email"
      maxLength={200}
      value={value}
      placeholder={words.email}
      aria-label={words.email}
      aria-invalid={wrong.said}
      aria-describedby={wrong.id}
      onInput={(event) => write(event.currentTarget.value)}
    />
  );
}
