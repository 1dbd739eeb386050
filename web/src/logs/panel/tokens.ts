/** The tokens of a call: what went in and came out, and the parts of either that are told apart. */
import type { LogEvent } from '../../api/types'

export type TokenPart = 'input' | 'cache_read' | 'cache_write' | 'output' | 'reasoning' | 'total'

export interface TokenLine {
  part: TokenPart
  count: number
  /** Of the whole it is a part of, 0 to 1. */
  share?: number | undefined
}

/** The fields told here, which need no line among the others. */
export const TOKEN_FIELDS = [
  'total_tokens',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'reasoning_tokens',
]

export function fieldOfPart(part: TokenPart): string {
  return `${part}_tokens`
}

/** Line by line; parts that are zero or unknown are left out. Empty when nothing is known. */
export function tokensOf(event: LogEvent): TokenLine[] {
  const count = (part: TokenPart) => {
    const value = event[fieldOfPart(part)]
    return typeof value === 'number' ? value : undefined
  }
  const whole = (part: TokenPart): TokenLine[] => {
    const tokens = count(part)
    return tokens === undefined ? [] : [{ part, count: tokens }]
  }
  const part = (name: TokenPart, of: TokenPart): TokenLine[] => {
    const [tokens, all] = [count(name), count(of)]
    if (tokens === undefined || tokens === 0) return []
    return [{ part: name, count: tokens, share: all ? tokens / all : undefined }]
  }
  return [
    ...whole('input'),
    ...part('cache_read', 'input'),
    ...part('cache_write', 'input'),
    ...whole('output'),
    ...part('reasoning', 'output'),
    ...whole('total'),
  ]
}
