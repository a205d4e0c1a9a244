// SPDX-License-Identifier: BSD-2-Clause
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  instructorBody,
  joinBody,
  type Me,
  type Person,
  type ReturnLink,
  type Role,
  returnBody,
} from '@ringlab/protocol';
import { z } from 'zod';
import { Allowance } from '../door/allowance.ts';
import { Refusal } from '../refusal.ts';
import type { CourseSecrets } from '../sessions/course-secrets.ts';
import type { Store } from '../store/store.ts';
import { ReturnLinks } from './return-links.ts';
import { openRoute, type Route, type RouteCall, type SignedInCall, signedInRoute } from './routes.ts';

/**
 * A right code or token is always let in, so that nobody who guesses can lock out a class behind the same address; what
 * keeps guesses out is the length of code and token. Wrong ones from one address are only told so often.
 */
const WRONG_BURST = 30;
const WRONG_PER_SECOND = 0.5;
/** New people from one address: a class behind one router joins within a minute, a script does not fill the course. */
const JOIN_BURST = 150;
const JOINS_PER_SECOND = 2;

const digest = (text: string) => createHash('sha256').update(text).digest();
const equal = (given: string, wanted: string) => timingSafeEqual(digest(given), digest(wanted));
/** Codes are read from a projector: case and outer blanks don't matter. */
const plainCode = (code: string) => code.trim().toLowerCase();

/** Signing in and out. */
export class Accounts {
  readonly routes: readonly Route[];
  readonly #store: Store;
  readonly #secrets: CourseSecrets;
  readonly #wrong = new Allowance(WRONG_BURST, WRONG_PER_SECOND);
  readonly #joins = new Allowance(JOIN_BURST, JOINS_PER_SECOND);
  readonly #returns = new ReturnLinks();

  constructor(store: Store, secrets: CourseSecrets) {
    this.#store = store;
    this.#secrets = secrets;
    this.routes = [
      openRoute('post', '/api/join', joinBody, (call) => this.#join(call)),
      openRoute('post', '/api/instructor', instructorBody, (call) => this.#instructor(call)),
      openRoute('post', '/api/return', returnBody, (call) => this.#return(call)),
      signedInRoute('post', '/api/people/:personId/return-link', 'instructor', (call) =>
        this.#returnLink(call),
      ),
      openRoute('post', '/api/leave', z.object({}), (call) => this.#leave(call)),
      signedInRoute('get', '/api/me', 'attendee', ({ person }) => this.#me(person)),
    ];
  }

  async #join(call: RouteCall<z.infer<typeof joinBody>>): Promise<Me> {
    const { code, name } = call.body;
    if (!equal(plainCode(code), plainCode(this.#secrets.courseCode))) {
      this.#refuseWrong(
        call,
        'wrong-course-code',
        'This is not the code of this course. Look at it again, or ask the instructor.',
      );
    }
    const before = this.#formerPerson(call, name);
    if (!before && !this.#joins.take(call.address)) {
      throw new Refusal(
        'too-many',
        'Too many people joined from this address just now. Try again in a few seconds.',
      );
    }
    return this.#signIn(call, () => before ?? this.#store.people.add(name, 'attendee'));
  }

  /** The token is all it takes, so one name is one instructor, from whichever browser. */
  #instructor(call: RouteCall<z.infer<typeof instructorBody>>): Promise<Me> {
    const { token, name = 'Instructor' } = call.body;
    if (!equal(token, this.#secrets.instructorToken)) {
      this.#refuseWrong(
        call,
        'wrong-token',
        "This is not the instructor's link of this server. It is printed when the server starts.",
      );
    }
    const role: Role = 'instructor';
    return this.#signIn(
      call,
      () => this.#store.people.named(name, role) ?? this.#store.people.add(name, role),
    );
  }

  /** For an attendee alone: an instructor has the link that the server printed. */
  #returnLink({ params }: SignedInCall<unknown>): ReturnLink {
    const person = this.#store.people.find(params.personId ?? '');
    if (person?.role !== 'attendee')
      throw new Refusal('no-such-person', 'There is no attendee of that id in this course.');
    return this.#returns.give(person.personId);
  }

  #return(call: RouteCall<z.infer<typeof returnBody>>): Promise<Me> {
    const person = this.#store.people.find(this.#returns.take(call.body.token) ?? '');
    if (person) return this.#signIn(call, () => person);
    return this.#refuseWrong(
      call,
      'wrong-token',
      'This link has been used, or is too old. Ask the instructor for a new one.',
    );
  }

  #leave(call: RouteCall<unknown>): Record<string, never> {
    call.setTokens(undefined);
    return {};
  }

  #me(person: Person): Me {
    const { personId, name, role } = person;
    return { person: { personId, name, role }, courseCode: this.#secrets.courseCode };
  }

  /** Whoever had this name in this browser before. A name alone gives nobody's work away. */
  #formerPerson({ tokens }: RouteCall<unknown>, name: string): Person | undefined {
    const people = [tokens.session, ...tokens.former].flatMap(
      (token) => this.#store.people.byToken(token ?? '') ?? [],
    );
    const attendees = people.filter(({ role }) => role === 'attendee');
    const wanted = name.normalize('NFKC').toLowerCase();
    const plain = (person: Person) => person.name.normalize('NFKC').toLowerCase();
    return (
      attendees.find((person) => plain(person) === wanted) ??
      attendees.find((person) => plain(person).replace(/ \(\d+\)$/, '') === wanted)
    );
  }

  async #signIn(call: RouteCall<unknown>, who: () => Person): Promise<Me> {
    const { person, token } = await this.#store.write(() => {
      const found = who();
      return { person: found, token: this.#store.people.signIn(found.personId) };
    });
    call.setTokens(token);
    return this.#me(person);
  }

  #refuseWrong(call: RouteCall<unknown>, code: 'wrong-course-code' | 'wrong-token', message: string): never {
    if (this.#wrong.take(`${code} ${call.address}`)) throw new Refusal(code, message);
    throw new Refusal('too-many', `${message} There were many wrong tries; wait a moment before the next.`);
  }
}
