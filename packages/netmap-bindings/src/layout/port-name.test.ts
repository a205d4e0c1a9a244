// SPDX-License-Identifier: BSD-2-Clause
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConfKey, type PortName, printPortName, registeredName } from './port-name.ts';
import { parsePortName } from './port-name-parser.ts';

const word = (minLength: number, maxLength = 12) =>
  fc.string({ unit: fc.constantFrom(...'abcXYZ019_'), minLength, maxLength });
const number = fc.integer({ min: 0, max: 4094 });
const rings: fc.Arbitrary<PortName['rings']> = fc.oneof(
  fc.record({ kind: fc.constantFrom('all' as const, 'host' as const, 'all-and-host' as const) }),
  fc.record({ kind: fc.constantFrom('one' as const, 'one-host' as const), ring: number }),
);
const rest = {
  port: word(1),
  rings,
  flags: fc.shuffledSubarray([...'xztrRT']).map((letters) => letters.join('')),
};
const key = fc.constantFrom<ConfKey>('rings', 'slots', 'tx-rings', 'rx-slots', 'host-rings');
const pipe = fc.record({ end: fc.constantFrom('master' as const, 'slave' as const), id: word(1) });
const numbers = fc.record({ 'if-num': number, 'buf-size': number }, { requiredKeys: [] });
const memory = {
  pipe,
  share: word(1).map((port) => `vale1:${port}`),
  externalMemory: fc.record({ file: word(1).map((path) => `/tmp/${path}`), numbers }),
  offset: fc.record({ initial: number, bits: fc.nat(64) }, { requiredKeys: ['initial'] }),
  memoryId: fc.integer({ min: 1, max: 65535 }),
  conf: fc.dictionary(key, fc.nat(4096), { minKeys: 1, noNullPrototype: true }),
};
const optional = { requiredKeys: ['family', 'port', 'rings', 'flags'] as const };
const name = fc.oneof(
  fc.record(
    { family: fc.constant('netmap' as const), ...rest, ...memory },
    { requiredKeys: [...optional.requiredKeys] },
  ),
  fc.record(
    { family: fc.constant('vale' as const), switchName: word(0, 8), ...rest, ...memory },
    { requiredKeys: [...optional.requiredKeys, 'switchName'] },
  ),
) as fc.Arbitrary<PortName>;

describe('port names', () => {
  test('names survive text', () => {
    fc.assert(
      fc.property(name, (value) => {
        expect(parsePortName(printPortName(value))).toEqual({ ok: true, value });
      }),
    );
  });

  test('any text gives a name that prints as that text, or a reason', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'vale0:netmap{}-^*/@xz1 .') });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          nearly,
          nearly.map((end) => `vale0:a${end}`),
        ),
        (text) => {
          const parsed = parsePortName(text);
          if (!parsed.ok) expect(parsed.message).not.toBe('');
          // Numbers may be written with zeros in front.
          else expect(parsePortName(printPortName(parsed.value))).toEqual(parsed);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['eth0', 'must begin with'],
    ['vale0', 'must begin with'],
    ['netmap:', 'no port'],
    ['netmap:eth0-', 'ring number'],
    ['netmap:eth0-4095', 'largest'],
    ['netmap:p{', 'needs a number or a word'],
    ['netmap:p{1}2', "no pipe's id"],
    ['vale0:a*1', 'cannot come there'],
    ['vale0:a^x', 'cannot come there'],
    ['vale0:a/', 'flag'],
    ['vale0:a@', 'memory region'],
    ['vale0:a@1@2', 'another memory region'],
    ['vale0:a@conf:foo=1', 'must be one of'],
    ['vale0:a@conf:rings=70000', '0 to 65535'],
    ['vale0:a@conf:rings=2@1', 'options conf, share'],
    ['vale0:a@conf', 'keys must come after'],
    ['vale0:a@share:vale0:b', 'must be one of port'],
    ['vale0:a@extmem:if-num=3', 'needs "file="'],
    ['vale0:a/q', 'none of the flags'],
    ['vale0:a@0', 'memory region'],
    [`vale0:${'a'.repeat(60)}`, 'characters'],
  ])('"%s" is refused: %s', (text, words) => {
    const parsed = parsePortName(text);
    expect(parsed.ok ? parsed.value : parsed.message).toContain(words);
  });

  test.each([
    ['vale0:a', 'vale0:a'],
    ['netmap:eth0-2/x@4', 'eth0'],
    ['netmap:p{1', 'p{1'],
    ['vale0:a}7', 'vale0:a}7'],
    ['vale0:', 'vale0:'],
    ['netmap:eth0.5', 'eth0.5'],
    ['netmap:vale0:a@conf:rings=2', 'vale0:a'],
    ['netmap:p{1-0/x', 'p{1'],
    ['netmap:p}1*', 'p}1'],
    ['vale0:a@share=vale1:b', 'vale0:a'],
  ])('%s is listed as %s', (text, listed) => {
    const parsed = parsePortName(text);
    expect(parsed.ok && registeredName(parsed.value)).toBe(listed);
  });
});
