/** Relative luminance and contrast of two colours "#rrggbb" (WCAG 2.2). */

export function luminance(color: string): number {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!found) return 0;
  const [red = 0, green = 0, blue = 0] = found.slice(1).map((hex) => {
    const part = parseInt(hex, 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** Ink that can be read on a colour. */
export function inkOn(color: string): string {
  return contrast(color, "#ffffff") >= 3 ? "#ffffff" : "#1c1d22";
}
