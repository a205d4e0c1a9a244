// SPDX-License-Identifier: BSD-2-Clause
import { CONF_KEYS, type OptionNumbers, type PortName } from './port-name.ts';
import { Refused } from './result.ts';

export type PortOptionsText = Pick<PortName, 'conf' | 'share' | 'externalMemory' | 'offset'>;
type Values = ReadonlyMap<string, string>;

/** An option's keys, and the one that `@option=value` and a missing key mean. */
interface Grammar {
  readonly keys: readonly string[];
  readonly needed?: string;
  readonly take: (values: Values, before: PortOptionsText) => PortOptionsText;
}

const UINT16 = 0xffff;
const UINT32 = 0xffffffff;

const GRAMMARS: Readonly<Record<string, Grammar>> = {
  conf: { keys: CONF_KEYS, take: takeConf },
  share: { keys: ['port'], needed: 'port', take: takeShare },
  extmem: {
    keys: ['file', 'if-num', 'if-size', 'ring-num', 'ring-size', 'buf-num', 'buf-size'],
    needed: 'file',
    take: takeExternalMemory,
  },
  offset: { keys: ['initial', 'max', 'bits', 'mingap'], needed: 'initial', take: takeOffset },
};

/** `@conf:rings=2@share=vale0:a`: what libnetmap takes behind a port's name. Throws Refused. */
export function parsePortOptions(text: string): PortOptionsText {
  if (text === '') return {};
  return text.slice(1).split('@').reduce(withOption, {});
}

function withOption(before: PortOptionsText, text: string): PortOptionsText {
  const [, word = '', mark = '', body = ''] = /^([^:=]*)([:=]?)(.*)$/s.exec(text) ?? [];
  const grammar = Object.hasOwn(GRAMMARS, word) ? GRAMMARS[word] : undefined;
  if (grammar === undefined)
    throw new Refused(
      `"@${text}" must be "@" and a memory region, or one of the options ${Object.keys(GRAMMARS).join(', ')}.`,
    );
  return grammar.take(valuesOf(word, mark, body, grammar), before);
}

function valuesOf(word: string, mark: string, body: string, grammar: Grammar): Values {
  if (mark === '' || (mark === '=' && (grammar.needed === undefined || body === '')))
    throw new Refused(`":" and keys must come after "@${word}": ${grammar.keys.join(', ')}.`);
  if (mark === '=') return new Map([[grammar.needed ?? '', body]]);
  const values = new Map<string, string>();
  for (const assignment of body === '' ? [] : body.split(',')) assign(values, assignment, grammar);
  if (grammar.needed !== undefined && !values.has(grammar.needed))
    throw new Refused(`"@${word}" needs "${grammar.needed}=" and a value.`);
  return values;
}

/** `key=` leaves the key as if it were not there. */
function assign(values: Map<string, string>, assignment: string, { keys }: Grammar): void {
  const [, word = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(assignment) ?? [];
  const key = word.slice(0, 1) + word.slice(1).replaceAll('_', '-');
  if (!keys.includes(key) || value === undefined)
    throw new Refused(`"${assignment}" must be one of ${keys.join(', ')}, then "=" and a value.`);
  if (values.has(key)) throw new Refused(`"${key}" is there twice.`);
  if (value !== '') values.set(key, value);
}

function numberOf(key: string, text: string, largest: number): number {
  if (/^\d+$/.test(text) && Number(text) <= largest) return Number(text);
  throw new Refused(`"${key}=${text}" must be a number from 0 to ${largest}.`);
}

function numbersOf(values: Values, largest: (key: string) => number): OptionNumbers {
  return Object.fromEntries([...values].map(([key, text]) => [key, numberOf(key, text, largest(key))]));
}

/** What a later option says of both directions counts for both. */
function takeConf(values: Values, before: PortOptionsText): PortOptionsText {
  const fresh = numbersOf(values, (key) => (key.endsWith('slots') ? UINT32 : UINT16));
  const kept = Object.entries(before.conf ?? {}).filter(
    ([key]) => !Object.hasOwn(fresh, key.replace(/(^|-)[rt]x-/, '$1')),
  );
  return { ...before, conf: { ...Object.fromEntries(kept), ...fresh } };
}

function takeShare(values: Values, before: PortOptionsText): PortOptionsText {
  const share = values.get('port') ?? '';
  if (before.share !== undefined && before.share !== share)
    throw new Refused(`"@share=${share}" comes after "@share=${before.share}".`);
  return { ...before, share };
}

function takeExternalMemory(values: Values, before: PortOptionsText): PortOptionsText {
  if (before.externalMemory !== undefined) throw new Refused('"@extmem" is there twice.');
  const numbers = new Map(values);
  numbers.delete('file');
  return {
    ...before,
    externalMemory: { file: values.get('file') ?? '', numbers: numbersOf(numbers, () => UINT32) },
  };
}

function takeOffset(values: Values, before: PortOptionsText): PortOptionsText {
  if (before.offset !== undefined) throw new Refused('"@offset" is there twice.');
  const offset = numbersOf(values, (key) => (key === 'bits' ? 64 : Number.MAX_SAFE_INTEGER));
  if ((offset.initial ?? 0) > (offset.max ?? Number.POSITIVE_INFINITY))
    throw new Refused('The initial offset is above the largest.');
  return { ...before, offset };
}
