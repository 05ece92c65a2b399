/** An id in the form that OpenAI's clients expect, made from the provider's own: the same one each time. */
export function prefixedId(prefix: string, id: string): string {
  return id.startsWith(prefix) ? id : `${prefix}${id}`
}
