/**
 * Simple marks of the kinds of channels, drawn for this product: paths on a 24 × 24 grid, stroked. They stand for
 * what the channel is, not for anybody's registered logo. A kind without a mark shows the first letter of its name.
 */
export const GLYPHS: Readonly<Record<string, readonly string[]>> = {
  website: ["M4 6.5h16v11H9l-4 3v-3H4z", "M8 10.5h8", "M8 13.5h5"],
  telegram: ["M20.5 4.5 3.5 11l5 2 2 6 3-4 4.5 3.5z", "M8.5 13l8-5.5-6 7"],
};
