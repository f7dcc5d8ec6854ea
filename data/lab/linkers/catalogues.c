/* Leads a program to the message catalogues of the folder CATALOGUES: LD_PRELOAD, see toolbox.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

char *bindtextdomain(const char *domain, const char *folder) {
    char *(*real)(const char *, const char *) = dlsym(RTLD_NEXT, "bindtextdomain");
    char *own = getenv("CATALOGUES");
    return real(domain, own && folder ? own : folder);
}
