/** Inputs of one request; tokens are a list of numbers. */
export type Texts = readonly (string | readonly number[])[]

/** The inputs of a field that takes text, tokens, or a list of either; undefined when it is none of these, or empty. */
export function textsOf(field: unknown): Texts | undefined {
  if (typeof field === 'string') return field === '' ? undefined : [field]
  if (!Array.isArray(field) || field.length === 0) return undefined
  if (isTokens(field)) return [field]
  const good = field.every((text) =>
    typeof text === 'string' ? text !== '' : isTokens(text) && text.length > 0,
  )
  return good ? field : undefined
}

export function tokensIn(texts: Texts, count: (text: string) => number): number {
  let tokens = 0
  for (const text of texts) tokens += typeof text === 'string' ? count(text) : text.length
  return tokens
}

function isTokens(field: unknown): field is number[] {
  return Array.isArray(field) && field.every((token) => Number.isInteger(token))
}
