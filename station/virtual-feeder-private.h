/* Where the virtual feeder's driver lies: beside a program that runs where it was built, else where it is
 * installed. The caller frees it. */
#pragma once

char *virtual_feeder_dir(void);
