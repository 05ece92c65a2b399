/** What a Gemini model takes depends on its generation, which its name tells. */
const GENERATION = /gemini-(?:(\d+)(?:\.(\d+))?\b)?/

/**
 * The generation of a model: 2.5 of `gemini-2.5-pro`. Names without one, as `gemini-flash-latest`, mean the newest:
 * Infinity. Undefined for other families, and for names that tell nothing.
 */
export function generationOf(model: string): number | undefined {
  const found = GENERATION.exec(model)
  if (!found) return undefined
  const [, major, minor = '0'] = found
  return major === undefined ? Number.POSITIVE_INFINITY : Number(`${major}.${minor}`)
}

/** Gemini 3 wants signatures on function calls, takes pictures in their results, and thinks by levels. */
export function isGemini3(model: string): boolean {
  return (generationOf(model) ?? 0) >= 3
}
