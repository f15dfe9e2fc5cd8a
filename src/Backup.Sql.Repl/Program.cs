System.Console.WriteLine("backupsql");
