import { isObject, type JsonObject } from '../../json.ts'
import type { CacheMarker } from '../../neutral/part.ts'

/** `cache_control` of a block or a tool: https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
export function readCacheMarker({ cache_control: control }: JsonObject): { readonly cache?: CacheMarker } {
  if (!isObject(control)) return {}
  const { ttl } = control
  return { cache: ttl === '5m' || ttl === '1h' ? { ttl } : {} }
}

export function writeCacheMarker({ cache }: { readonly cache?: CacheMarker }): JsonObject {
  return cache ? { cache_control: { type: 'ephemeral', ...cache } } : {}
}
