PS1='\[\e[36m\]\w\[\e[0m\]\$ '
PROMPT_DIRTRIM=3; HISTCONTROL=ignoredups; alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'
shopt -s checkwinsize
