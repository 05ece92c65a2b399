import { isObject, type JsonObject } from '../json.ts'
import type { CacheMarker } from '../neutral/part.ts'

/**
 * Where a prompt's reusable prefix ends: OpenAI's own mark, kept for 30 minutes or 12 hours, or Anthropic's, which clients
 * of providers that resell its models send in Chat's messages.
 * Source: https://developers.openai.com/api/docs/guides/prompt-caching
 */
export function readCacheMarker(part: JsonObject): { readonly cache?: CacheMarker } {
  const { prompt_cache_breakpoint: own, cache_control: borrowed } = part
  if (isObject(own)) return { cache: own.ttl === '12h' ? { ttl: '1h' } : {} }
  if (!isObject(borrowed)) return {}
  const { ttl } = borrowed
  return { cache: ttl === '5m' || ttl === '1h' ? { ttl } : {} }
}
