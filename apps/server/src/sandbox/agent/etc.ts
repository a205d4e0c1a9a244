// SPDX-License-Identifier: BSD-2-Clause

/** Files of /etc that name no person of the host. */
export const ETC: Readonly<Record<string, string>> = {
  passwd:
    'attendee:x:1000:1000:Attendee:/workspace:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  group: 'attendee:x:1000:\nnogroup:x:65534:\n',
  hosts: '127.0.0.1 localhost ringlab\n',
  'bash.bashrc': [
    String.raw`PS1='\[\e[36m\]\w\[\e[0m\]\$ '`,
    "PROMPT_DIRTRIM=3; HISTCONTROL=ignoredups; alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'",
    'shopt -s checkwinsize\n',
  ].join('\n'),
};
